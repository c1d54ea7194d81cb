"""What the documentation site is made of, besides the pages under docs/."""
