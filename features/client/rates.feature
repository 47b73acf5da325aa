@client
Feature: The rate of an item
  A price change is made by publishing a new rate table ahead of time. Customers must pay the price of the table
  that is in effect at the moment of the request, for exactly the item and version that they asked for.

  @DM-RATE-A03 @DM-RATE-028
  Scenario: The version of a rate table does not decide which one applies
    Given a rate table "9" of series "PublicationApps", effective 20 days ago, with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a rate table "1" of series "PublicationApps", effective 10 days ago, with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 5    |
    And a line item "ACT01" of 1000 tokens
    When LisaBarry requests 2 of "PhotoPrint" "1.0"
    Then the items are answered:
      | item       | code | tokens | rate |
      | PhotoPrint | 101  | 10     | 5    |

  @DM-RATE-A02 @DM-RATE-028
  Scenario: The newest rate table in effect applies
    Given a rate table "1" of series "PublicationApps", effective 20 days ago, with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a rate table "2" of series "PublicationApps", effective 10 days ago, with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 5    |
    And a line item "ACT01" of 1000 tokens
    When LisaBarry requests 2 of "PhotoPrint" "1.0"
    Then the items are answered:
      | item       | code | tokens | rate |
      | PhotoPrint | 101  | 10     | 5    |

  @DM-RATE-A02 @DM-RATE-028
  Scenario: A rate table of the future does not apply yet
    Given a rate table "1" of series "PublicationApps", effective 30 days ago, with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a rate table "2" of series "PublicationApps", effective in 30 days, with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 5    |
    And a line item "ACT01" of 1000 tokens
    When LisaBarry requests 2 of "PhotoPrint" "1.0"
    Then the items are answered:
      | item       | code | tokens | rate |
      | PhotoPrint | 101  | 6      | 3    |

  @DM-RATE-A02 @DM-RATE-A03 @DM-RATE-033 @clock
  Scenario: A price change takes effect by the passing of time alone
    Given a rate table "2" of series "PublicationApps", effective 10 days ago, with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a rate table "1" of series "PublicationApps", effective in 30 minutes, with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 5    |
    And a line item "ACT01" of 1000 tokens
    When LisaBarry requests 2 of "PhotoPrint" "1.0"
    Then 6 tokens are charged (DM-RATE-A02)
    When 31 minutes pass
    And LisaBarry requests 2 of "PhotoPrint" "1.0"
    Then 10 tokens are charged

  @DM-RATE-A04 @DM-RATE-030 @DM-RATE-A02 @DM-CODE-003
  Scenario: An item that only a superseded rate table has is not found
    Given a rate table "1" of series "PublicationApps", effective 20 days ago, with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | SignPrint  | 1.0     | 4    |
    And a rate table "2" of series "PublicationApps", effective 10 days ago, with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 5    |
    And a line item "ACT01" of 1000 tokens
    When LisaBarry requests 1 of "SignPrint" "1.0"
    Then the items are answered:
      | item      | code | tokens | line items |
      | SignPrint | 201  | 0      |            |

  @DM-RATE-A01
  Scenario: Another series does not set the price, however new it is
    Given a rate table "1" of series "PublicationApps", effective 20 days ago, with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a line item "ACT01" of 1000 tokens
    And a rate table "1" of series "VideoApps", effective 10 days ago, with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 5    |
    When LisaBarry requests 2 of "PhotoPrint" "1.0"
    Then the items are answered:
      | item       | code | tokens | line items | rate |
      | PhotoPrint | 101  | 6      | ACT01: 6   | 3    |

  @DM-RATE-A01 @DM-RATE-029 @site
  Scenario: A line item without series is priced by the table without series
    Given a rate table "1" of series "PublicationApps", effective 10 days ago, with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a rate table of series "" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 2    |
    And a line item "ACT01" of 1000 tokens
    When LisaBarry requests 2 of "PhotoPrint" "1.0"
    Then the items are answered:
      | item       | code | tokens | rate |
      | PhotoPrint | 101  | 4      | 2    |

  @DM-RATE-A06 @DM-RATE-032
  Scenario: An item without version is found by a request without version
    Given a rate table of series "PublicationApps" with:
      | item      | version | rate |
      | SignPrint |         | 4    |
    And a line item "ACT01" of 1000 tokens
    When LisaBarry requests 2 of "SignPrint"
    Then the items are answered:
      | item      | code | tokens | line items | rate |
      | SignPrint | 101  | 8      | ACT01: 8   | 4    |

  @DM-RATE-A06
  Scenario Outline: Version <version> in a request means no version
    Given a rate table of series "PublicationApps" with:
      | item      | version | rate |
      | SignPrint |         | 4    |
    And a line item "ACT01" of 1000 tokens
    When the client sends the access request:
      """
      {"requester": {"type": "user", "value": "LisaBarry"},
       "requestedItems": [{"item": "SignPrint", "version": <version>, "count": 2}]}
      """
    Then 8 tokens are charged

    Examples:
      | version |
      | null    |
      | ""      |

  @DM-RATE-A06
  Scenario: An item without version is no fallback for a version that does not exist
    Given a rate table of series "PublicationApps" with:
      | item      | version | rate |
      | SignPrint |         | 4    |
    And a line item "ACT01" of 1000 tokens
    When LisaBarry requests 1 of "SignPrint" "1.0"
    Then the items are answered:
      | item      | code | tokens | line items |
      | SignPrint | 201  | 0      |            |
    And "ACT01" has used 0 tokens

  @DM-RATE-A06 @DM-RATE-032
  Scenario: A blank version is no wildcard
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a line item "ACT01" of 1000 tokens
    When LisaBarry requests 1 of "PhotoPrint"
    Then the items are answered:
      | item       | code | tokens | line items |
      | PhotoPrint | 201  | 0      |            |
    And "ACT01" has used 0 tokens

  @DM-RATE-A05
  Scenario Outline: Version <version> is not version 1.0
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a line item "ACT01" of 1000 tokens
    When LisaBarry requests 1 of "PhotoPrint" "<version>"
    Then the items are answered:
      | item       | code | tokens | line items |
      | PhotoPrint | 201  | 0      |            |

    Examples:
      | version |
      | 2.0     |
      | *       |

  @DM-RATE-A08
  Scenario: A line item whose rate table lacks the item is passed over
    Given a rate table "1" of series "VideoApps", effective 10 days ago, with:
      | item    | version | rate |
      | CutFilm | 1.0     | 5    |
    And a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And line items:
      | line item | tokens | ends        | series          |
      | ACT01     | 100    | in 100 days | VideoApps       |
      | ACT02     | 100    | in 200 days | PublicationApps |
    When LisaBarry requests 2 of "PhotoPrint" "1.0"
    Then the items are answered:
      | item       | code | tokens | line items |
      | PhotoPrint | 101  | 6      | ACT02: 6   |

  @DM-RATE-A09
  Scenario: A charge split over two series is priced by each for its part
    Given a rate table "1" of series "PublicationApps", effective 10 days ago, with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a rate table "1" of series "VideoApps", effective 10 days ago, with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 4    |
    And line items:
      | line item | tokens | ends        | series          |
      | ACT01     | 6      | in 100 days | PublicationApps |
      | ACT02     | 100    | in 200 days | VideoApps       |
    When LisaBarry requests 5 of "PhotoPrint" "1.0"
    Then the items are answered:
      | item       | code | tokens | line items          |
      | PhotoPrint | 101  | 18     | ACT01: 6, ACT02: 12 |
