/// Serves tables read-only in PostgreSQL's frontend/backend protocol, as far as postgres_fdw needs
/// it.
@NullMarked
package dev.kalends.wire;

import org.jspecify.annotations.NullMarked;
