"""Files that people edit, YAML and xlsx: hostile bytes in, checked entries or a list of row errors out; and back."""
