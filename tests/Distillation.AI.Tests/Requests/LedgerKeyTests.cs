using Microsoft.Extensions.AI;

namespace Distillation.AI.Tests;

public sealed class LedgerKeyTests
{
    private static readonly ChatMessage[] Messages = [new(ChatRole.System, "ab"), new(ChatRole.User, "c")];

    [Fact]
    public void Key_is_the_same_for_the_same_request_and_has_64_digits() =>
        Key(new() { Temperature = 0.5f }).Should().Be(Key(new() { Temperature = 0.5f })).And.MatchRegex("^[0-9a-f]{64}$");

    [Fact]
    public void Whatever_changes_an_answer_changes_the_key()
    {
        string[] keys =
        [
            Key(new()),
            Key(new() { Temperature = 0 }),
            Key(new() { TopP = 0 }),
            Key(new() { TopK = 0 }),
            Key(new() { Seed = 0 }),
            Key(new() { MaxOutputTokens = 0 }),
            Key(new() { Instructions = "0" }),
            Key(new() { StopSequences = ["0"] }),
            Key(new() { Reasoning = new() { Effort = ReasoningEffort.Low } }),
            Key(new() { Reasoning = new() { Effort = ReasoningEffort.High } }),
            Key(new() { ResponseFormat = ChatResponseFormat.Json }),
            Key(new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(System.Text.Json.JsonElement.Parse("{}"), "x") }),
            LedgerKey.Of("model-2", new(), Messages, "c", 0, ""),
            LedgerKey.Of("model-1", new(), Messages, "d", 0, ""),
            LedgerKey.Of("model-1", new(), Messages, "c", 1, ""),
            LedgerKey.Of("model-1", new(), Messages, "c", 0, "1"),
            LedgerKey.Of("model-1", new(), [new(ChatRole.System, "a"), new(ChatRole.User, "bc")], "c", 0, ""),
            LedgerKey.Of("model-1", new(), [new(ChatRole.System, "ab"), new(ChatRole.System, "c")], "c", 0, ""),
        ];

        keys.Should().OnlyHaveUniqueItems();
    }

    private static string Key(ChatOptions options) => LedgerKey.Of("model-1", options, Messages, "c", 0, "");
}
