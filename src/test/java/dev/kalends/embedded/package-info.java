@NullMarked
package dev.kalends.embedded;

import org.jspecify.annotations.NullMarked;
