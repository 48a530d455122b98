@NullMarked
package dev.kalends.fleet;

import org.jspecify.annotations.NullMarked;
