"""Local servers that play a platform, a scripted assistant, and the suite every adapter passes."""
