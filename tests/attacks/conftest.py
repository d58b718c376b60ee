"""Nothing in here is ever collected: with --doctest-modules, pytest would import the attacks."""

collect_ignore_glob = ["*"]
