@client @cls @site @clock
Feature: Borrowing
  What a host holds is lent for a time: the shortest of the times that feature, client and administrator set.

  Background:
    Given a license server with the features:
      | feature | count | borrow |
      | weekly  | 3     |        |
      | daily   | 3     | 1d     |

  @CM-BOR-001
  Scenario Outline: Intervals have a number and a unit
    When host A requests 1 of "daily" for "<interval>"
    Then the answer grants:
      | feature | ends   |
      | daily   | <ends> |

    Examples:
      | interval | ends          |
      | 90s      | in 90 seconds |
      | 5m       | in 5 minutes  |
      | 2h       | in 2 hours    |
      | 1d       | in 1 day      |

  @CM-BOR-002
  Scenario: A bare number is in seconds
    When host A requests 1 of "daily" for "60"
    Then the answer grants:
      | feature | ends          |
      | daily   | in 60 seconds |

  @CM-BOR-003 @inferred
  Scenario Outline: An interval of 0 sets no limit
    When host A requests 1 of "daily" for "<interval>"
    Then the answer grants:
      | feature | ends     |
      | daily   | in 1 day |

    Examples:
      | interval |
      | 0        |
      | 0d       |

  @CM-BOR-004
  Scenario Outline: What is no interval is refused
    When host A requests 1 of "daily" for "<interval>"
    Then the answer has status 400

    Examples:
      | interval |
      | 1y       |
      | -1d      |
      | x        |

  @CM-BOR-005
  Scenario: The feature's interval is the shortest
    When host A requests 1 of "daily" for "3d"
    Then the answer grants:
      | feature | ends     |
      | daily   | in 1 day |

  @CM-BOR-005
  Scenario: The client's interval is the shortest
    When host A requests 1 of "daily" for "2h"
    Then the answer grants:
      | feature | ends       |
      | daily   | in 2 hours |

  @CM-BOR-005
  Scenario: A feature without an interval has the server's week
    When host A requests 1 of "weekly"
    Then the answer grants:
      | feature | ends      |
      | weekly  | in 7 days |

  @CM-BOR-005
  Scenario: The administrator's maximum is the shortest
    Given the license server is set to:
      """
      {"borrowIntervalMax": "6h"}
      """
    When host A requests 1 of "daily" for "12h"
    Then the answer grants:
      | feature | ends       |
      | daily   | in 6 hours |

  @CM-BOR-006
  Scenario Outline: The end is that of the unit
    Given the license server is set to:
      """
      {"borrowGranularity": "<unit>"}
      """
    When 61 seconds pass
    And host A requests 1 of "daily" for "60"
    Then the answer grants:
      | feature | ends       |
      | daily   | in <end> seconds |

    Examples:
      | unit   | end   |
      | second | 121   |
      | minute | 179   |
      | hour   | 3599  |
      | day    | 86399 |

  @CM-BOR-007 @CM-RSP-004
  Scenario: Nothing is lent beyond the end of the feature
    Given a license server with the features:
      | feature | count | end        |
      | short   | 1     | in 3 hours |
    When host A requests 1 of "short" for "1d"
    Then the answer grants:
      | feature | ends       |
      | short   | in 3 hours |

  @CM-BOR-008
  Scenario: A client is told when to renew
    When host A requests 1 of "daily"
    Then the answer holds:
      | path                       | value |
      | serverLicenseRenewInterval | 15    |

  @CM-BOR-009
  Scenario: The same request again renews
    When host A requests 1 of "daily"
    And 10 hours pass
    And host A requests 1 of "daily"
    Then the answer grants:
      | feature | ends        |
      | daily   | in 34 hours |

  @CM-BOR-009
  Scenario: Adding renews
    When host A requests 1 of "daily"
    And 10 hours pass
    And host A adds 1 of "daily"
    Then the answer grants:
      | feature | count | ends        |
      | daily   | 2     | in 34 hours |

  @CM-BOR-009
  Scenario: Renewing takes no more
    When host A requests 2 of "daily"
    And host A requests 2 of "daily"
    Then 2 of "daily" are in use

  @CM-BOR-010
  Scenario: What an increment renews
    Given a license server with 3 of "f1"
    When host A requests 1 of "f1"
    And 1 hour passes
    And host A asks what it holds
    Then nothing is denied

  @CM-BOR-010
  Scenario: Which of two features an increment renews
    Given a license server with the features:
      | feature | count |
      | f1      | 3     |
      | f2      | 3     |
    When host A requests 1 of "f1"
    And 1 hour passes
    And host A adds 1 of "f2"
    Then the license server shows its choice of "cmapi.increment.renews"

  @CM-BOR-011
  Scenario: When the time has run out others can have it
    When host A requests 3 of "daily"
    And 25 hours pass
    And host B requests 3 of "daily"
    Then the answer grants:
      | feature | count |
      | daily   | 3     |

  @CM-BOR-011
  Scenario: Before the time has run out others cannot have it
    When host A requests 3 of "daily"
    And 23 hours pass
    And host B requests 1 of "daily"
    Then "daily" is denied

  @CM-HTTP-003 @inferred
  Scenario: Times are written in ISO 8601
    When host A requests 1 of "daily"
    Then the granted times are in ISO 8601 with milliseconds
