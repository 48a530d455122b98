/// The sample application: a churches' text-messaging service with its data, its live traffic and
/// an account of every write it was promised. It knows nothing of Kalends.
@NullMarked
package dev.kalends.demo.messaging;

import org.jspecify.annotations.NullMarked;
