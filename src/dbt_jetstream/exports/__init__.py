"""Files and objects that are replaced whole: a reader sees the old one or the new one."""
