select -1 >> 60 as logical, 1 << 63 as highest, 1 << 64 as gone, 5 >> 1 as half
