namespace CrdrTools.Core.Playbooks;

/// <summary>Pure: what the reviews of a playbook come to. A review is of one text: where the file was changed since, nobody has looked at it.</summary>
public static class PlaybookReviews
{
    /// <summary>The newest review of the text as it stands.</summary>
    public static CrdrPlaybookReview? Valid(PlaybookFile file, IReadOnlyList<CrdrPlaybookReview> reviews) => reviews.LastOrDefault() is { } last && last.Hash == file.Hash ? last : null;

    /// <summary>When it was last looked at: the review counts, and the author's own word in the header where that is newer, or where nobody else has said anything.</summary>
    public static DateTimeOffset? Last(PlaybookFile file, IReadOnlyList<CrdrPlaybookReview> reviews)
    {
        if (reviews.LastOrDefault() is not { } last) return file.Header.LastReviewed;
        DateTimeOffset? valid = last.Hash == file.Hash ? last.At : null, own = file.Header.LastReviewed is { } said && said.UtcDateTime.Date > last.At.UtcDateTime.Date ? said : null;
        return own ?? valid;
    }

    /// <summary>The noun.</summary>
    public static CrdrPlaybook Describe(PlaybookFile file, IReadOnlyList<CrdrPlaybookReview> reviews)
    {
        PlaybookHeader header = file.Header;
        DateTimeOffset? last = Last(file, reviews);
        CrdrPlaybookReview? valid = Valid(file, reviews);
        return new()
        {
            Name = file.Name, Title = header.Title, Kind = header.Kind, Synopsis = header.Synopsis, Owner = reviews.LastOrDefault(r => r.Owner is not null)?.Owner ?? header.Owner,
            Providers = header.Providers, Pairs = header.Pairs, Objectives = header.Objectives, LastReviewed = last, ReviewedBy = valid is not null && last == valid.At ? valid.Who : null,
            ReviewEvery = header.ReviewEvery.ToString(), ReviewDue = last is { } at ? new DateTimeOffset(header.ReviewEvery.After(at.UtcDateTime), TimeSpan.Zero) : null,
            NeedsCommands = header.NeedsCommands, Shipped = file.Shipped, Path = file.Path, Hash = file.Hash,
        };
    }
}
