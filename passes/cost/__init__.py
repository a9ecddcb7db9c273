"""Cost models: pure functions of shapes, schedules and a target's data."""
