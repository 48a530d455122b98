package dev.kalends.archive;

import java.math.BigDecimal;
import java.math.BigInteger;

/// Rows and the sum of their hashes, which is exact and does not depend on their order.
final class Checksum {
    private BigInteger carried = BigInteger.ZERO;
    private long sum;
    private long rows;

    void add(long hash) {
        long next = sum + hash;
        // Overflow: both have the sign that the sum has not.
        if (((sum ^ next) & (hash ^ next)) < 0) {
            carried = carried.add(BigInteger.valueOf(sum));
            next = hash;
        }
        sum = next;
        rows++;
    }

    long rows() {
        return rows;
    }

    BigDecimal value() {
        return new BigDecimal(carried.add(BigInteger.valueOf(sum)));
    }
}
