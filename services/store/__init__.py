"""What the product remembers: tables, migrations, one writer at a time."""
