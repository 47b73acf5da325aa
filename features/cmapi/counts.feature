@client @cls @site
Feature: Counts
  No more is granted than a feature has, with its overdraft, over all of its line items and however many ask at once.

  @CM-CNT-001
  Scenario: Overdraft is granted beyond the count
    Given a license server with the features:
      | feature | count | overdraft |
      | over    | 2     | 1         |
    When host A requests 3 of "over"
    Then the answer grants:
      | feature | count |
      | over    | 3     |

  @CM-CNT-001
  Scenario: Unlimited overdraft grants everything
    Given a license server with the features:
      | feature | count | overdraft |
      | over    | 2     | unlimited |
    When host A requests 1000 of "over"
    Then the answer grants:
      | feature | count |
      | over    | 1000  |

  @CM-CNT-001
  Scenario: The last count is granted
    Given a license server with 3 of "f1"
    When host A requests 3 of "f1"
    Then the answer grants:
      | feature | count |
      | f1      | 3     |

  @CM-CNT-003
  Scenario: No more is granted than count and overdraft
    Given a license server with the features:
      | feature | count | overdraft |
      | over    | 2     | 1         |
    When host A requests 4 of "over"
    Then "over" is denied

  @CM-CNT-003
  Scenario: Of many who want the last one exactly one gets it
    Given a license server with 1 of "one"
    When 8 hosts each request 1 of "one" at the same time
    Then exactly 1 request was granted
    And 1 of "one" is in use

  @CM-CNT-002
  Scenario: Uncounted features are always granted
    Given a license server with the features:
      | feature | uncounted |
      | free    | true      |
    When host A requests 1000 of "free"
    Then the answer grants:
      | feature | count     |
      | free    | uncounted |

  @CM-CNT-002
  Scenario: Uncounted features are granted to one after the other
    Given a license server with the features:
      | feature | uncounted |
      | free    | true      |
    When host A requests 5 of "free"
    And host B requests 5 of "free"
    Then nothing is denied

  @CM-CNT-002
  Scenario: What stands for the count of an uncounted feature
    Given a license server with the features:
      | feature | uncounted |
      | free    | true      |
    When host A requests 1 of "free"
    Then the license server shows its choice of "cmapi.uncounted"

  @CM-RSP-004
  Scenario: What stands for an end that never comes
    Given a license server with 3 of "f1"
    When host A requests 1 of "f1"
    Then the license server shows its choice of "cmapi.permanent"

  @CM-CNT-004 @inferred
  Scenario: Several line items are one pool
    Given a license server with the features:
      | feature | count | line item |
      | multi   | 1     | act-1     |
      | multi   | 1     | act-2     |
    When host A requests 2 of "multi"
    Then the answer grants:
      | feature | count | line items   |
      | multi   | 2     | act-1, act-2 |

  @CM-CNT-005
  Scenario Outline: A denial has the code of its reason
    Given a license server with the features:
      | feature | version | count | start     | end       |
      | f1      | 1.0     | 1     |           |           |
      | old     | 1.0     | 1     |           | 1 day ago |
      | new     | 1.0     | 1     | in 5 days |           |
    When host A requests 2 of "<feature>" "<version>"
    Then "<feature>" is denied as "<code>"

    Examples:
      | feature | version | code                       |
      | f1      | 1.0     | FEATURE_COUNT_INSUFFICIENT |
      | none    | 1.0     | FEATURE_NOT_AVAILABLE      |
      | f1      | 9.0     | FEATURE_VERSION_NOT_FOUND  |
      | old     | 1.0     | FEATURE_EXPIRED            |
      | new     | 1.0     | FEATURE_NOT_STARTED        |

  @CM-CNT-005
  Scenario Outline: Outside of its dates a feature is not granted
    Given a license server with the features:
      | feature | count | start     | end       |
      | old     | 1     |           | 1 day ago |
      | new     | 1     | in 5 days |           |
    When host A requests 1 of "<feature>"
    Then "<feature>" is denied

    Examples:
      | feature |
      | old     |
      | new     |

  @CM-DIC-004
  Scenario Outline: A license with a selector serves who selects it
    Given a license server with the features:
      | feature | count | selectors          |
      | f1      | 1     | {"region": "EMEA"} |
    When host A sends the request:
      """
      {"features": [{"name": "f1", "version": "1.0", "count": 1}], "selectorsDictionary": {"region": "<region>"}}
      """
    Then <result>

    Examples:
      | region | result            |
      | EMEA   | nothing is denied |
      | APAC   | "f1" is denied    |
