left by an editor
