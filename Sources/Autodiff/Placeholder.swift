// The layer's files follow.
