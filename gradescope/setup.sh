#!/usr/bin/env bash
# Run once, as root, when Gradescope builds the image: the platform's own Python stays as it is.
set -euo pipefail
umask 022
root=${AUTOGRADER_ROOT:-/autograder}
python=${AUTOGRADER_PYTHON:-python3}

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
  echo "setup.sh: expected Python 3.10 or newer, got $("$python" --version). Choose Ubuntu 22.04." >&2
  exit 1
fi
# Ubuntu splits venv from Python.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  apt-get update
  DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends python3-venv
fi

# Not below source/, which is closed: student code runs there as another user.
"$python" -m venv --clear "$root/venv"
install() { "$root/venv/bin/python" -m pip install --disable-pip-version-check --only-binary :all: "$@"; }
# A Python that is newer than the pins has no wheels for them.
install --requirement "$root/source/requirements.txt" ||
  install --requirement "$root/source/requirements.in"

# Every submission gets a fresh container, so what is compiled here is compiled once.
export PYTHONDONTWRITEBYTECODE= OPENBLAS_NUM_THREADS=1
"$root/venv/bin/python" -m compileall -q "$root/source/engine" "$root/source/assignment"
chmod -R go-rwx "$root/source"

# A trial without a submission: better that this fails than every student's upload.
trial=$(mktemp -d)
trap 'rm -rf "$trial"' EXIT
mkdir "$trial/submission"
ln -s "$root/source" "$trial/source"
cd "$root/source/engine"
if ! "$root/venv/bin/python" -m grader.gradescope_entry "$trial"; then
  echo "setup.sh: the grader failed in its trial run, and would with every submission." >&2
  cat "$trial/results/results.json" >&2 || true
  exit 1
fi

# What the reference answers is the same for every upload. Without it each only takes longer.
"$root/venv/bin/python" -m grader.rehearse "$root/source/assignment" ||
  echo "setup.sh: the reference could not be rehearsed; uploads are graded all the same." >&2
