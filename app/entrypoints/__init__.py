"""Where the outside comes in: HTTP, loops and the command line. They translate and never decide."""
