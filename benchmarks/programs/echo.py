"""The floor: writes back each byte it is sent."""

import os
import sys
import tty

tty.setraw(0)
os.write(1, b"READY")
while data := os.read(0, 64):
    os.write(1, data)
sys.exit()
