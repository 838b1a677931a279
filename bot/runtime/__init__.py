"""What a process runs on: the machine's clock, and threads that give way to the event loop."""
