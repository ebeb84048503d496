"""The technical API: how one daemon is seen and controlled."""
