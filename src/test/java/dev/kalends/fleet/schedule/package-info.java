@NullMarked
package dev.kalends.fleet.schedule;

import org.jspecify.annotations.NullMarked;
