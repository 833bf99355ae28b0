"""The lessons; each module makes examples of one."""
