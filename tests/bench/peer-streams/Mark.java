// Mark BROKERS IN OUT SCHEMA NAME: what chatmill-mark does between two topics, in Kafka Streams, as
// its documentation and Avro's have it: a serde of single-object encoding, generic records,
// mapValues, exactly once, one thread. SCHEMA is the file of what is read; NAME the application's.

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.util.Utf8;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;

public final class Mark {
  private static final Schema MARK =
      SchemaBuilder.record("Mark").fields().requiredDouble("share").requiredBoolean("early").endRecord();

  private static Schema append(Schema input) {
    List<Schema.Field> fields = new ArrayList<>();
    for (Schema.Field field : input.getFields()) fields.add(new Schema.Field(field, field.schema()));
    Schema type = Schema.createUnion(Schema.create(Schema.Type.NULL), MARK);
    fields.add(new Schema.Field("mark", type, null, Schema.Field.NULL_DEFAULT_VALUE));
    return Schema.createRecord(
        input.getName(), input.getDoc(), input.getNamespace(), false, fields);
  }

  private static Serde<GenericRecord> serde(Schema schema) {
    BinaryMessageEncoder<GenericRecord> encoder =
        new BinaryMessageEncoder<>(GenericData.get(), schema, false);
    BinaryMessageDecoder<GenericRecord> decoder =
        new BinaryMessageDecoder<>(GenericData.get(), schema);
    Serializer<GenericRecord> serializer =
        (topic, record) -> {
          try {
            ByteBuffer bytes = encoder.encode(record);
            byte[] value = new byte[bytes.remaining()];
            bytes.get(value);
            return value;
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        };
    Deserializer<GenericRecord> deserializer =
        (topic, bytes) -> {
          try {
            return decoder.decode(bytes);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        };
    return Serdes.serdeFrom(serializer, deserializer);
  }

  private static GenericRecord mark(GenericRecord message, Schema output) {
    GenericRecord marked = new GenericData.Record(output);
    int size = message.getSchema().getFields().size();
    for (int i = 0; i < size; i++) marked.put(i, message.get(i));
    Utf8 text = (Utf8) message.get("text");
    GenericRecord mark = new GenericData.Record(MARK);
    int length = text == null ? 0 : text.getByteLength();
    mark.put("share", length / 1000.0);
    mark.put("early", length > 0 && text.getBytes()[0] < 'n');
    marked.put(size, mark);
    return marked;
  }

  public static void main(String[] args) throws Exception {
    Schema input = new Schema.Parser().parse(new File(args[3]));
    Schema output = append(input);
    Properties config = new Properties();
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, args[4]);
    config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
    config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1000);
    config.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    config.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(args[1], Consumed.with(Serdes.ByteArray(), serde(input)))
        .mapValues(message -> mark(message, output))
        .to(args[2], Produced.with(Serdes.ByteArray(), serde(output)));
    KafkaStreams streams = new KafkaStreams(builder.build(), config);
    Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
    streams.start();
  }
}
