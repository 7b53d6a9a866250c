namespace Distillation.AI.Tests;

public sealed class AnswerLedgerTests : IDisposable
{
    private readonly TemporaryLedger _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public void Records_are_read_again_as_they_were_written()
    {
        AnswerRecord[] written = [Record("a"), Record("b") with { Outcome = AnswerOutcome.Refused, Reason = "malformed", Label = null, Probabilities = null }];
        using (AnswerLedger ledger = _file.Open())
        {
            Array.ForEach(written, ledger.Append);
        }

        using AnswerLedger again = _file.Open();

        again.Records.Should().BeEquivalentTo(written, options => options.WithStrictOrdering());
        again.TryGet("a", out AnswerRecord? found).Should().BeTrue();
        found!.Probabilities!["x"].Should().Be(0.1 + 0.2);
        again.TryGet("c", out _).Should().BeFalse();
    }

    [Fact]
    public void Each_record_is_one_line_that_is_in_the_file_when_append_returns()
    {
        var lengths = new List<long>();
        using (AnswerLedger ledger = _file.Open())
        {
            for (int count = 1; count <= 3; count++)
            {
                ledger.Append(Record($"key {count}"));
                lengths.Add(new FileInfo(_file.Path).Length);
            }
        }

        lengths.Should().Equal(_file.Text.Split('\n')[..^1].Select((_, i) => LedgerLine.Write(Record("key 1")).LongLength * (i + 1)));
        _file.Text.Split('\n')[..^1].Should().HaveCount(3);
    }

    [Fact]
    public void Torn_last_line_is_ignored_at_every_length_and_cut_off_by_the_next_append()
    {
        using (AnswerLedger ledger = _file.Open())
        {
            ledger.Append(Record("a"));
            ledger.Append(Record("b"));
        }

        byte[] whole = File.ReadAllBytes(_file.Path);
        int first = Array.IndexOf(whole, (byte)'\n') + 1;
        for (int length = first; length < whole.Length - 1; length++)
        {
            File.WriteAllBytes(_file.Path, whole[..length]);
            using (AnswerLedger torn = _file.Open())
            {
                torn.Records.Select(record => record.Key).Should().Equal("a");
                torn.Append(Record("c"));
            }

            using AnswerLedger again = _file.Open();
            again.Records.Select(record => record.Key).Should().Equal("a", "c");
        }
    }

    [Fact]
    public void Last_line_that_lacks_the_line_end_alone_is_kept()
    {
        using (AnswerLedger ledger = _file.Open())
        {
            ledger.Append(Record("a"));
        }

        File.WriteAllBytes(_file.Path, File.ReadAllBytes(_file.Path)[..^1]);
        using (AnswerLedger ledger = _file.Open())
        {
            ledger.Append(Record("b"));
        }

        using AnswerLedger again = _file.Open();
        again.Records.Select(record => record.Key).Should().Equal("a", "b");
    }

    [Fact]
    public void Torn_line_stays_until_something_is_appended()
    {
        File.WriteAllText(_file.Path, "{\"key\": \"a");

        _file.Open().Dispose();

        _file.Text.Should().Be("{\"key\": \"a");
    }

    [Theory]
    [InlineData("nothing of JSON")]
    [InlineData("{\"key\": \"b\"}")]
    [InlineData("")]
    [InlineData("[1]")]
    public void Corrupt_line_in_the_middle_is_named_by_its_number(string corrupt)
    {
        using (AnswerLedger ledger = _file.Open())
        {
            ledger.Append(Record("a"));
        }

        File.AppendAllText(_file.Path, corrupt + "\n");
        string before = _file.Text;

        FluentActions.Invoking(_file.Open).Should().Throw<InvalidDataException>().WithMessage("Line 2 of the ledger*is not a record*");
        _file.Text.Should().Be(before);
    }

    [Fact]
    public void Second_instance_is_refused_until_the_first_is_disposed()
    {
        using (_file.Open())
        {
            FluentActions.Invoking(_file.Open).Should().Throw<IOException>().WithMessage($"*{_file.Path}*Only one instance*");
        }

        _file.Open().Dispose();
    }

    [Fact]
    public void Last_record_of_a_key_counts()
    {
        using AnswerLedger ledger = _file.Open();
        ledger.Append(Record("a"));
        ledger.Append(Record("a") with { Answer = "second" });

        ledger.TryGet("a", out AnswerRecord? found).Should().BeTrue();
        found!.Answer.Should().Be("second");
        ledger.Records.Should().HaveCount(2);
    }

    [Fact]
    public void Texts_are_left_out_when_they_are_not_to_be_kept()
    {
        using (var ledger = new AnswerLedger(_file.Path, new() { KeepTexts = false }))
        {
            ledger.Append(Record("a"));
            ledger.Records[0].Text.Should().BeNull();
        }

        _file.Text.Should().NotContain("the text").And.Contain(LedgerKey.Digest("the text\n\"of\" a"));
    }

    [Fact]
    public void Threads_append_at_the_same_time()
    {
        using (AnswerLedger ledger = _file.Open())
        {
            Parallel.For(0, 200, i => ledger.Append(Record($"{i}")));
        }

        using AnswerLedger again = _file.Open();
        again.Records.Select(record => int.Parse(record.Key)).Should().BeEquivalentTo(Enumerable.Range(0, 200));
    }

    [Fact]
    public void Disposed_ledger_refuses_appends()
    {
        AnswerLedger ledger = _file.Open();
        ledger.Dispose();

        ledger.Invoking(one => one.Append(Record("a"))).Should().Throw<ObjectDisposedException>();
    }

    private static AnswerRecord Record(string key) => new()
    {
        Key = key,
        Model = "model-1",
        TextDigest = LedgerKey.Digest($"the text\n\"of\" {key}"),
        Text = $"the text\n\"of\" {key}",
        Outcome = AnswerOutcome.Answered,
        Label = "x",
        Probabilities = new Dictionary<string, double> { ["x"] = 0.1 + 0.2, ["ü"] = 0.7 },
        Answer = "{\"label\":\r\n\"x\"} \u2028 ☃",
        Usage = new() { Input = 5, Output = 4, CachedInput = 3, Reasoning = 2 },
        Attempts = 2,
        Time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
    };
}
