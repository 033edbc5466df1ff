// Recode FROM TO: each container FROM/NAME-CODEC.avro is decoded and written to TO/ with that
// codec, by Apache Avro for Java. One process for all, as starting it takes longest.

import java.io.File;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;

public class Recode {
  public static void main(String[] args) throws Exception {
    for (File from : new File(args[0]).listFiles()) {
      String name = from.getName();
      String codec = name.substring(name.lastIndexOf('-') + 1, name.lastIndexOf('.'));
      try (DataFileReader<Object> reader = new DataFileReader<>(from, new GenericDatumReader<>());
          DataFileWriter<Object> writer = new DataFileWriter<>(new GenericDatumWriter<>())) {
        writer.setCodec(CodecFactory.fromString(codec)).setSyncInterval(1000);
        writer.create(reader.getSchema(), new File(args[1], name));
        while (reader.hasNext()) writer.append(reader.next());
      } catch (Exception e) {
        System.err.println(name + ": " + e);
      }
    }
  }
}
