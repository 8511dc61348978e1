"""What the hub remembers: tables, migrations, and the one writer."""
