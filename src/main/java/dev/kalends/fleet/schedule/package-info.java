/// Keeps the schedule of the nodes in the database, by a library that wants a `DataSource`.
@NullMarked
package dev.kalends.fleet.schedule;

import org.jspecify.annotations.NullMarked;
