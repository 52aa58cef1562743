using CrdrTools.Core.Operations;
using CrdrTools.Core.Stores;
using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.Stores;

public class JournalTests
{
    [Fact]
    public async Task A_torn_last_line_is_cut_off_noted_and_the_operation_goes_on()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        CrdrOperation started = await rig.RunAsync(Rig.Restore with { NoWait = true });
        string path = rig.Crdr.Store.FindJournal(started.Id)!;
        File.AppendAllText(path, "{\"seq\":6,\"at\":\"2026-01-3");
        Assert.Equal("intact but for a torn last line", rig.Crdr.Operation(started.Id).Chain);
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.ResumeAsync(started.Id)).Outcome);
        JournalText text = Journal.Read(path);
        Assert.Null(text.Broken);
        Assert.Contains(text.Entries, e => e.Kind == JournalKind.Note && e.Text!.Contains("torn"));
    }

    [Fact]
    public async Task A_journal_torn_at_every_byte_of_its_last_line_still_resumes()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        CrdrOperation started = await rig.RunAsync(Rig.Restore with { NoWait = true });
        string path = rig.Crdr.Store.FindJournal(started.Id)!;
        byte[] whole = File.ReadAllBytes(path);
        int lastLine = Array.LastIndexOf(whole, (byte)'\n', whole.Length - 2) + 1;
        for (int length = lastLine; length < whole.Length; length += 7)
        {
            File.WriteAllBytes(path, whole[..length]);
            JournalText text = Journal.Read(path);
            Assert.Null(text.Broken);
            Assert.False(Journal.Ended(path));
            Assert.Equal(started.Id, rig.Crdr.Store.OpenOperation("pg-demo"));
        }
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.ResumeAsync(started.Id)).Outcome);
        Assert.Equal(1, rig.Changing);
        Assert.True(Journal.Ended(path));
        File.WriteAllBytes(path, whole[..20]);
        Assert.True(Journal.Ended(path));
        File.WriteAllBytes(path, []);
        Assert.True(Journal.Ended(path));
    }

    [Theory]
    [InlineData("altered", "line 2 was altered")]
    [InlineData("removed", "line 2 does not follow")]
    [InlineData("reordered", "line 2 does not follow")]
    public async Task A_line_altered_removed_or_reordered_is_reported_with_its_number_and_not_resumed(string how, string says)
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        CrdrOperation started = await rig.RunAsync(Rig.Restore with { NoWait = true });
        string path = rig.Crdr.Store.FindJournal(started.Id)!;
        List<string> lines = [.. File.ReadAllLines(path)];
        if (how == "altered") lines[1] = lines[1].Replace("rebuild-primary", "rebuild-something");
        if (how == "removed") lines.RemoveAt(1);
        if (how == "reordered") (lines[1], lines[2]) = (lines[2], lines[1]);
        File.WriteAllText(path, string.Join("\n", lines) + "\n");
        Assert.Contains(says, rig.Crdr.Operation(started.Id).Chain);
        CrdrOperation resumed = await rig.ResumeAsync(started.Id);
        Assert.Equal((CrdrOutcome.Incomplete, "JournalDamaged"), (resumed.Outcome, resumed.ErrorId));
        Assert.Contains(says, resumed.Message);

        CrdrOperation closed = rig.Crdr.Abandon(started.Id, "damaged by a careless edit");
        Assert.Equal("Abandoned", closed.ErrorId);
        Assert.Null((await rig.StatusAsync()).OpenOperation);
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!, "*.damaged-*"));
    }

    [Fact]
    public async Task Each_line_carries_the_leases_counter_and_the_intent_is_there_before_the_change_is_sent()
    {
        using Rig rig = new();
        rig.LoseRegion();
        bool intended = false;
        rig.Host.Progressed = p =>
        {
            if (p.Detail == "asking") intended = Journal.Read(rig.Crdr.Store.FindJournal(p.Operation)!).Entries.Any(e => e.Kind == JournalKind.Intent) && rig.Changing == 0;
        };
        CrdrOperation operation = await rig.RunAsync(Rig.Failover);
        Assert.True(intended);
        Assert.All(Journal.Read(operation.Journal!).Entries, e => Assert.Equal(1, e.Counter));
    }

    [Fact]
    public async Task No_secret_and_no_password_is_in_any_file()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        await rig.RunAsync(Rig.TakeOver);
        foreach (string file in Directory.GetFiles(rig.Folder, "*", SearchOption.AllDirectories))
        {
            string text = File.ReadAllText(file);
            Assert.DoesNotContain("AVNS", text);
            Assert.DoesNotContain("aivenv1", text);
            Assert.DoesNotContain("\"demo\":\"demo\"", text);
        }
    }

    [Fact]
    public void The_last_promotion_is_the_newest_that_was_sent_and_not_turned_down()
    {
        JournalText Of(params JournalKind[] kinds)
        {
            int hour = 0;
            List<JournalEntry> entries = [new() { Seq = 1, At = default, Counter = 1, Kind = JournalKind.Begin, Steps = [new() { Id = "move", Effect = "", PointOfNoReturn = true, MovesWrites = true }] }];
            entries.AddRange(kinds.Select(k => new JournalEntry { Seq = 1, At = DateTimeOffset.UnixEpoch.AddHours(++hour), Counter = 1, Kind = k, Step = "move" }));
            return new(entries, "", 0, null, null);
        }
        Assert.Null(OperationRecord.LastPromotion([]));
        Assert.Null(OperationRecord.LastPromotion([Of(JournalKind.Intent, JournalKind.Rejected)]));
        Assert.Equal(3, OperationRecord.LastPromotion([Of(JournalKind.Intent, JournalKind.Rejected, JournalKind.Intent)])!.Value.Hour);
        Assert.Equal(1, OperationRecord.LastPromotion([Of(JournalKind.Intent, JournalKind.Lost)])!.Value.Hour);
    }

    [Fact]
    public void Journals_are_listed_by_when_they_began_and_not_by_when_their_files_were_made()
    {
        string root = Directory.CreateTempSubdirectory("crdr-test-").FullName;
        try
        {
            AutoTime time = new();
            FileStateStore store = new(root, time);
            List<string> begun = [];
            foreach (string kind in new[] { "failover", "chosen", "restore" })
            {
                time.Advance(TimeSpan.FromMinutes(1));
                string id = kind == "chosen" ? "job-4711" : $"{time.GetUtcNow():yyyyMMdd-HHmmss}-{kind}-aaaa";
                begun.Add(id);
                using Journal journal = store.CreateJournal("p", id);
                journal.Write(new() { Seq = 0, At = default, Counter = 0, Kind = JournalKind.Begin, Text = kind });
            }
            // Somebody edits the first: its file is a new one.
            string first = store.FindJournal(begun[0])!, text = File.ReadAllText(first);
            File.Move(first, first + ".away");
            File.WriteAllText(first, text);
            File.Delete(first + ".away");
            Assert.Equal(Enumerable.Reverse(begun), new FileStateStore(root, time).Journals("p").Select(Path.GetFileNameWithoutExtension));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
