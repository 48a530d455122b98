@NullMarked
package dev.kalends.maintain;

import org.jspecify.annotations.NullMarked;
