"""What a class handed in: Gradescope's exports, and folders of submissions."""
