/// Sessions to one server: timeouts, bounded lock retries, error codes.
@NullMarked
package dev.kalends.pg;

import org.jspecify.annotations.NullMarked;
