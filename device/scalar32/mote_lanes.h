/* How many words of four outputs a wide group of fully_connected_s8_lanes has: as many as the registers hold. */
#ifndef MOTE_LANES_H
#define MOTE_LANES_H

enum { MOTE_LANES_WIDE = 3 };

#endif /* MOTE_LANES_H */
