"""The verbs of the command line: read arguments, call the house, print what it says."""
