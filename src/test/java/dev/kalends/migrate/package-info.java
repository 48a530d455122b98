/// Conversions on real servers.
@NullMarked
package dev.kalends.migrate;

import org.jspecify.annotations.NullMarked;
