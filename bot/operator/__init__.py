"""What the person who runs this Easel does from a terminal, beside a running bot or without one."""
