"""What the desk says to other programs of its own accord; a failure here is never anybody else's."""
