/// Tests of what is said before anything is decided.
@NullMarked
package dev.kalends.analyze;

import org.jspecify.annotations.NullMarked;
