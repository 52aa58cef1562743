using System.Globalization;
using CrdrTools.Core.Playbooks;

namespace CrdrTools.Tests.Playbooks;

/// <summary>When something is due: by the calendar, by the clock on the wall of a place, around the windows in which nothing is begun.</summary>
public sealed class ScheduleTests
{
    private const string Head = """{ "timeZone": "Europe/Berlin", "schedules": [ { "name": "r", "kind": "rotation", "pairs": [ "pg-*" ], "every": "3 months", "from": "2026-01-15" """;

    [Theory]
    // Never done: due on its first day, at midnight in Berlin; until two weeks later.
    [InlineData(null, "2026-01-14T22:59Z", CrdrScheduleState.NotDue, "2026-01-15T00:00+01:00")]
    [InlineData(null, "2026-01-14T23:00Z", CrdrScheduleState.Due, "2026-01-15T00:00+01:00")]
    [InlineData(null, "2026-01-28T22:59Z", CrdrScheduleState.Due, "2026-01-15T00:00+01:00")]
    [InlineData(null, "2026-01-28T23:01Z", CrdrScheduleState.Overdue, "2026-01-15T00:00+01:00")]
    // Done: three months after the day on which it was done there, in summer time.
    [InlineData("2026-01-20T23:30Z", "2026-04-20T21:59Z", CrdrScheduleState.NotDue, "2026-04-21T00:00+02:00")]
    [InlineData("2026-01-20T23:30Z", "2026-04-20T22:00Z", CrdrScheduleState.Due, "2026-04-21T00:00+02:00")]
    // Done before its time began: that was for something else.
    [InlineData("2026-01-10T00:00Z", "2026-01-14T23:00Z", CrdrScheduleState.Due, "2026-01-15T00:00+01:00")]
    public void Due_is_a_day_of_the_place(string? last, string now, CrdrScheduleState state, string due)
    {
        CrdrSchedule row = Row(Head + "} ] }", now, last);
        Assert.Equal((state, Time(due)), (row.State, row.Due));
        Assert.Equal(state is CrdrScheduleState.Due or CrdrScheduleState.Overdue, row.MayBegin);
        Assert.Equal("Invoke-CrdrPlaybook scheduled-rotation pg-demo", row.Command);
    }

    [Theory]
    // Over the days of a freeze: after it.
    [InlineData("""{ "from": "2026-01-10", "to": "2026-01-31", "why": "year end" }""", "2026-01-20T12:00Z", CrdrScheduleState.Blocked, "2026-02-01T00:00+01:00", "year end")]
    // Each year, over new year's day.
    [InlineData("""{ "from": "12-20", "to": "01-20" }""", "2026-01-16T12:00Z", CrdrScheduleState.Blocked, "2026-01-21T00:00+01:00", "12-20 to 01-20")]
    // From Friday on until Monday: 2026-01-15 is a Thursday.
    [InlineData("""{ "days": [ "Fri", "Sat", "Sun" ] }""", "2026-01-17T12:00Z", CrdrScheduleState.Blocked, "2026-01-19T00:00+01:00", "Friday Saturday Sunday")]
    // By day: only at night may be begun.
    [InlineData("""{ "hours": "06:00-22:00" }""", "2026-01-15T10:00Z", CrdrScheduleState.Blocked, "2026-01-15T22:00+01:00", "06:00-22:00")]
    // Past midnight: the night that began on Friday is still Friday's.
    [InlineData("""{ "days": [ "Fri" ], "hours": "18:00-08:00" }""", "2026-01-17T05:00Z", CrdrScheduleState.Blocked, "2026-01-17T08:00+01:00", "Friday, 18:00-08:00")]
    [InlineData("""{ "days": [ "Fri" ], "hours": "18:00-08:00" }""", "2026-01-18T05:00Z", CrdrScheduleState.Due, null, null)]
    [InlineData("""{ "days": [ "Fri" ], "hours": "18:00-08:00" }""", "2026-01-16T05:00Z", CrdrScheduleState.Due, null, null)]
    // A moment at which a window ends is free.
    [InlineData("""{ "from": "2026-01-10T00:00", "to": "2026-01-20T18:00" }""", "2026-01-20T17:00Z", CrdrScheduleState.Due, null, null)]
    public void A_window_holds_it_up(string window, string now, CrdrScheduleState state, string? until, string? by)
    {
        CrdrSchedule row = Row(Head + $$""", "blocked": [ {{window}} ] } ] }""", now, null);
        Assert.Equal((state, by, until is null ? null : (DateTimeOffset?)Time(until)), (row.State, row.BlockedBy, row.NotBefore));
    }

    [Fact]
    public void Windows_one_after_another_are_all_waited_for_and_windows_without_end_leave_no_time()
    {
        CrdrSchedule row = Row("""{ "blocked": [ { "days": [ "Sat", "Sun" ] } ], """ + Head[1..] + """, "blocked": [ { "from": "2026-01-15", "to": "2026-01-16" }, { "hours": "00:00-20:00" } ] } ] }""", "2026-01-15T00:00Z", null);
        Assert.Equal((CrdrScheduleState.Blocked, Time("2026-01-19T20:00+01:00"), Time("2026-01-19T20:00+01:00")), (row.State, row.NotBefore, row.Due));
        CrdrSchedule never = Row(Head + """, "blocked": [ { "hours": "00:00-12:00" }, { "hours": "12:00-24:00" } ] } ] }""", "2026-01-15T00:00Z", null);
        Assert.Equal((CrdrScheduleState.Blocked, null, null), (never.State, never.NotBefore, never.Due));
    }

    [Theory]
    // 2026-03-29, 02:00 becomes 03:00: half past two is not shown; it is an hour later then.
    [InlineData("2026-03-29", "02:30", "2026-03-29T01:30Z")]
    // 2026-10-25, 03:00 becomes 02:00: half past two is shown twice; the first is meant.
    [InlineData("2026-10-25", "02:30", "2026-10-25T00:30Z")]
    [InlineData("2026-10-25", "03:00", "2026-10-25T02:00Z")]
    public void Twice_a_year_a_clock_skips_an_hour_or_shows_one_twice(string from, string at, string due) =>
        Assert.Equal(Time(due), Row(Head.Replace("2026-01-15", from, StringComparison.Ordinal) + $$""", "at": "{{at}}" } ] }""", "2026-01-01T00:00Z", null).Due!.Value.ToUniversalTime());

    [Fact]
    public void A_window_that_ends_in_the_hour_that_is_shown_twice_is_over_at_its_second_end_at_the_latest()
    {
        // Blocked until 02:30; it is 02:10 for the second time, so that 02:30 of the first time has gone by.
        CrdrSchedule row = Row(Head + """, "blocked": [ { "hours": "00:00-02:30" } ] } ] }""", "2026-10-25T01:10Z", null);
        Assert.Equal((CrdrScheduleState.Blocked, Time("2026-10-25T01:10Z")), (row.State, row.NotBefore!.Value.ToUniversalTime()));
    }

    [Fact]
    public void What_counts_for_what()
    {
        ScheduleEntry rotation = Entry(Head + "} ] }"), drill = rotation with { Kind = CrdrScheduleKind.Drill, Playbook = "game-day" }, check = rotation with { Kind = CrdrScheduleKind.Check, Playbook = "pre-flight-check" };
        (string By, bool Rotation, bool Drill, bool Check)[] table =
        [
            ("Switchover", true, false, false), ("Restore", true, false, false), ("Failover", false, true, false), ("Drill", false, true, false),
            ("game-day", false, true, false), ("pre-flight-check", false, false, true), ("scheduled-rotation", false, false, false),
        ];
        Assert.All(table, t =>
        {
            CrdrProof proof = new() { At = default, By = t.By };
            Assert.Equal((t.Rotation, t.Drill, t.Check), (proof.Counts(rotation), proof.Counts(drill), proof.Counts(check)));
        });
    }

    [Theory]
    [InlineData(CrdrOutcome.Succeeded, 5, true)]
    // There was nothing to do: nothing was shown.
    [InlineData(CrdrOutcome.Succeeded, null, false)]
    [InlineData(CrdrOutcome.Incomplete, 5, false)]
    [InlineData(CrdrOutcome.RolledBack, 5, false)]
    [InlineData(CrdrOutcome.Refused, null, false)]
    public void Only_a_move_that_succeeded_proves_anything(CrdrOutcome outcome, int? rto, bool proves) =>
        Assert.Equal(proves, Proofs.Of(new CrdrOperation { Id = "x", Pair = "p", Verb = CrdrVerb.Switchover, Who = "w", Began = default, Outcome = outcome, Rto = rto is { } s ? TimeSpan.FromSeconds(s) : null }) is not null);

    [Fact]
    public void A_rehearsal_that_failed_and_a_playbook_that_stopped_prove_nothing()
    {
        CrdrDrillResult drill = new() { Pair = "d", Stage = "simulator", Passed = false, Assertions = [], Steps = [], Began = default, Ended = default, Objectives = new(), Simulated = true };
        Assert.Null(Proofs.Of(drill));
        Assert.True(Proofs.Of(drill with { Passed = true })!.Simulated);
        CrdrPlaybookRun run = new() { Id = "r", Playbook = "game-day", Pair = "p", Who = "w", Began = default, Ended = default(DateTimeOffset), Path = "x", Hash = "h", Outcome = CrdrPlaybookOutcome.Stopped };
        Assert.Null(Proofs.Of(run));
        Assert.Equal("game-day", Proofs.Of(run with { Outcome = CrdrPlaybookOutcome.Succeeded })!.By);
    }

    [Theory]
    [InlineData("""{ "schedules": [ { "name": "r" } ] }""", "JSON deserialization")]
    [InlineData("""{ "schedule": [] }""", "schedule")]
    [InlineData("""{ "schedules": [ { "name": "r", "kind": "rotatoin", "pairs": ["a"], "every": "1d", "from": "2026-01-01" } ] }""", "kind")]
    [InlineData("""{ "schedules": [ { "name": "r", "kind": "drill", "pairs": ["a"], "every": "often", "from": "2026-01-01" } ] }""", "schedule 'r': every")]
    [InlineData("""{ "schedules": [ { "name": "r", "kind": "drill", "pairs": ["a"], "every": "1d", "from": "01.01.2026" } ] }""", "schedule 'r': from")]
    [InlineData("""{ "schedules": [ { "name": "r", "kind": "drill", "pairs": [], "every": "1d", "from": "2026-01-01" } ] }""", "pairs is empty")]
    [InlineData("""{ "schedules": [ { "name": "r", "kind": "drill", "pairs": ["a"], "every": "1d", "from": "2026-01-01", "blocked": [ {} ] } ] }""", "says neither")]
    [InlineData("""{ "schedules": [ { "name": "r", "kind": "drill", "pairs": ["a"], "every": "1d", "from": "2026-01-01", "blocked": [ { "from": "12-20" } ] } ] }""", "go together")]
    [InlineData("""{ "schedules": [ { "name": "r", "kind": "drill", "pairs": ["a"], "every": "1d", "from": "2026-01-01", "blocked": [ { "from": "12-20", "to": "2026-12-21" } ] } ] }""", "both have")]
    [InlineData("""{ "schedules": [ { "name": "r", "kind": "drill", "pairs": ["a"], "every": "1d", "from": "2026-01-01", "blocked": [ { "from": "2026-02-01", "to": "2026-01-01" } ] } ] }""", "ends before")]
    [InlineData("""{ "schedules": [ { "name": "r", "kind": "drill", "pairs": ["a"], "every": "1d", "from": "2026-01-01", "blocked": [ { "days": ["So"] } ] } ] }""", "'So' is none")]
    [InlineData("""{ "blocked": [ { "hours": "18-8" } ], "schedules": [ { "name": "r", "kind": "drill", "pairs": ["a"], "every": "1d", "from": "2026-01-01" } ] }""", "hours")]
    public void What_cannot_be_read_is_told_with_its_place(string text, string part)
    {
        CrdrException e = Assert.Throws<CrdrException>(() => ScheduleFile.Parse(text, "schedule.json"));
        Assert.Equal("ScheduleInvalid", e.ErrorId);
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
        Assert.Contains("schedule.json", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_place_that_nobody_knows_is_told() =>
        Assert.Equal("TimeZoneUnknown", Assert.Throws<CrdrException>(() => ScheduleFile.Parse(Head.Replace("Berlin", "Bonn", StringComparison.Ordinal) + "} ] }", "x")).ErrorId);

    private static ScheduleEntry Entry(string text) => Assert.Single(ScheduleFile.Parse(text, "x"));

    private static CrdrSchedule Row(string text, string now, string? last) =>
        DueTime.Of(Entry(text), "pg-demo", last is null ? null : new() { At = Time(last), By = "Switchover" }, Time(now));

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
