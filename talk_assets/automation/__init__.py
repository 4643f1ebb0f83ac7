"""WHEN: cycles, jobs, sensors and schedules."""
