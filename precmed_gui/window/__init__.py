"""What a user sees: panels that show state and forward wishes, and the look they share."""
