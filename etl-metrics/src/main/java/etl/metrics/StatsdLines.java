package etl.metrics;

import io.micrometer.core.instrument.Clock;
import io.micrometer.statsd.StatsdConfig;
import io.micrometer.statsd.StatsdFlavor;
import io.micrometer.statsd.StatsdMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends StatsD lines over UDP, each as a packet of its own and at once, so that a short process loses none when it ends.
 * Nobody listening is no error, as usual with StatsD.
 */
final class StatsdLines implements Consumer<String>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StatsdLines.class);
    private static final int SEND_BUFFER = 1024 * 1024;

    private final DatagramChannel channel;
    private final InetSocketAddress target;

    private StatsdLines(DatagramChannel channel, InetSocketAddress target) {
        this.channel = channel;
        this.target = target;
    }

    static Optional<StatsdLines> open(String host, int port) {
        InetSocketAddress target = new InetSocketAddress(host, port);
        if (target.isUnresolved()) {
            LOG.warn("StatsD metrics are not sent: host '{}' is unknown; correct STATSD_HOST", host);
            return Optional.empty();
        }
        try {
            DatagramChannel channel = DatagramChannel.open();
            channel.setOption(StandardSocketOptions.SO_SNDBUF, SEND_BUFFER);
            channel.configureBlocking(false);
            return Optional.of(new StatsdLines(channel, target));
        } catch (IOException notOpened) {
            LOG.warn("StatsD metrics are not sent: {}", notOpened.getMessage());
            return Optional.empty();
        }
    }

    StatsdMeterRegistry registry() {
        StatsdConfig config = new StatsdConfig() {
            @Override
            public @Nullable String get(String key) {
                return null;
            }

            @Override
            public StatsdFlavor flavor() {
                return StatsdFlavor.ETSY;
            }
        };
        return StatsdMeterRegistry.builder(config)
                .clock(Clock.SYSTEM)
                .lineSink(this)
                .build();
    }

    @Override
    public void accept(String line) {
        try {
            channel.send(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)), target);
        } catch (IOException nobodyListens) {
            LOG.debug("a StatsD line was not sent", nobodyListens);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException failure) {
            LOG.debug("the StatsD socket did not close", failure);
        }
    }
}
