"""What every room uses: errors, names, dates, progress, files that change together."""
