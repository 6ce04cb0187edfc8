"""One way to send mail: outbox, compose, transport, sender."""
