@NullMarked
package dev.kalends.wire;

import org.jspecify.annotations.NullMarked;
