/// Which partitions exist in time: intervals, windows, names, time zones.
@NullMarked
package dev.kalends.calendar;

import org.jspecify.annotations.NullMarked;
