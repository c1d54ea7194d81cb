"""The commands: each module adds its own to the parser and runs them; what is heavy is imported when a command runs."""
