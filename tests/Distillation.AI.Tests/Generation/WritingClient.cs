using System.Globalization;

namespace Distillation.AI.Tests;

/// <summary>Clients of a generator and its verifier: a text begins with the label that it is really of.</summary>
internal static class WritingClient
{
    /// <summary>Writes texts by the label of the request and the number of requests for it before.</summary>
    public static ScriptedClient Writing(Func<string, int, IEnumerable<string>> texts)
    {
        var counts = new Dictionary<string, int>();
        return new((messages, _) =>
        {
            string label = messages[1].Text.Split('"')[1];
            lock (counts)
            {
                int count = counts[label] = counts.GetValueOrDefault(label, -1) + 1;
                return $$"""{"texts": [{{string.Join(", ", texts(label, count).Select(text => $"\"{text}\""))}}]}""";
            }
        });
    }

    public static ScriptedClient Verifying() => ScriptedClient.Labeling(text => text.Split(' ')[0]);

    /// <summary>A text of a label that is like no other one.</summary>
    public static string Unlike(string label, int number)
    {
        var draws = new SeededDraws(number, label);
        return $"{label} {string.Join(' ', Enumerable.Range(0, 12).Select(_ => draws.Next().ToString("x16", CultureInfo.InvariantCulture)))}";
    }
}
