using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Distillation.AI;

/// <summary>Writes a student's label as the text of a response.</summary>
internal static class CascadeAnswer
{
    // Labels of other scripts stay readable: the text is a message, not part of a web page.
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(string label, CascadeOptions options)
    {
        if (options.Form == CascadeAnswerForm.Plain)
        {
            return label;
        }

        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Json))
        {
            writer.WriteStartObject();
            writer.WriteString(options.LabelProperty, label);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
