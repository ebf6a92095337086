"""What a change does before it is merged: validate, render, diff and cost."""
