"""The verbs of the command line: read arguments, call use cases, print what they say."""
