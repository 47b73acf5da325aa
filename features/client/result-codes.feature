@client
Feature: Result codes of requested items
  Applications branch on the code of each item: go ahead, tell the user that the item is unknown, or sell more
  tokens. The codes are texts of three digits, and a refused item costs nothing.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | SignPrint  | 1.0     | 4    |
      | CADPrint   | 2.0     | 7    |
    And a line item "ACT01" of 100 tokens

  @DM-CODE-001 @DM-CODE-010
  Scenario: The code of a granted item is the text 101
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the answer holds:
      | path                                | value |
      | requestedItems/0/status/code        | "101" |
      | requestedItems/0/totalTokensCharged | 30    |

  @DM-CODE-003 @DM-CODE-010
  Scenario: The code of an unknown item is the text 201
    When LisaBarry requests:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | PhotoAlbum | 1.0     | 1     |
    Then the answer holds:
      | path                                | value      |
      | requestedItems/1/item               | PhotoAlbum |
      | requestedItems/1/status/code        | "201"      |
      | requestedItems/1/totalTokensCharged | 0          |
      | requestedItems/1/lineItems          | []         |
    And "ACT01" has used 30 tokens (DM-CODE-003)

  @DM-CODE-010 @DM-OD-003
  Scenario: Too few tokens have a code of three digits of their own
    When LisaBarry requests 15 of "CADPrint" "2.0"
    Then the items are answered:
      | item     | code         | tokens | line items |
      | CADPrint | insufficient | 0      |            |
    And "ACT01" has used 0 tokens (DM-OD-003)

  @DM-CODE-001 @DM-CODE-003 @DM-CODE-010
  Scenario: Every item of a request has a code of its own
    When LisaBarry requests:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | PhotoAlbum | 1.0     | 1     |
      | CADPrint   | 2.0     | 15    |
      | SignPrint  | 1.0     | 5     |
    Then the items are answered:
      | item       | code         | tokens | line items |
      | PhotoPrint | 101          | 30     | ACT01: 30  |
      | PhotoAlbum | 201          | 0      |            |
      | CADPrint   | insufficient | 0      |            |
      | SignPrint  | 101          | 20     | ACT01: 20  |

  @DM-CODE-012
  Scenario: The first digit tells whose fault it is
    When LisaBarry requests:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | PhotoAlbum | 1.0     | 1     |
      | CADPrint   | 2.0     | 15    |
    Then granted items have a code of class 1 and refused ones of class 2
